"""The server: FastAPI over `study`, jobs in processes of their own, and the built page."""

from caspia.web.app import create_app
from caspia.web.serve import serve
from caspia.web.settings import ServerSettings, is_loopback, user_folder

__all__ = ["ServerSettings", "create_app", "is_loopback", "serve", "user_folder"]
