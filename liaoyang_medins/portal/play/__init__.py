"""Plays contribution years through the services, as each role, on the city that is there; see docs/play.md.

- `story`: what happens to whom and when, drawn from the seed before the year begins, as steps with natural keys.
- `acts`: one function for each kind of step; each calls one service, in one transaction.
- `calm` and `chaos`: who does the steps of a day: this process in order, or several that are killed on the way.
- `year`: the days one after the other; `looking`: what must hold, each month and at the end.
"""
