"""What people see: sentences, charts, maps, the report and the tables of the terminal; consumes a `Result`.

`caspia.view.report.write_report` writes the report, `caspia.view.picture.write_picture` a picture of the map or
of a chart, and `caspia.view.terminal` prints. Nothing here computes a result.
"""
