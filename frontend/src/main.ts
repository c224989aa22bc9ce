import { mount } from "svelte";
import App from "./App.svelte";
import "./shared/theme.css";
import "./app.css";

const target = document.getElementById("page");
if (!target) throw new Error("index.html has no element #page");
export default mount(App, { target });
