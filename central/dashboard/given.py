"""What every page and call is given: the running centre and what it may show."""

from litestar.di import NamedDependency

from central.running import Running
from central.views import Views

Desk = NamedDependency[Running]
Shown = NamedDependency[Views]
