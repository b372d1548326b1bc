"""The model registry's state: groups and their versions, and unversioned packages."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from embedded_aws.fresh import now
from embedded_aws.sagemaker.errors import conflict, invalid

_GROUP, _PACKAGE = ":model-package-group/", ":model-package/"


def group_of(arn: str) -> str:
    """The ARN of a version's group."""
    return arn.rsplit("/", 1)[0].replace(_PACKAGE, _GROUP)


def versions_of(arn: str) -> str:
    """What the ARNs of a group's versions start with, the last slash included."""
    return arn.replace(_GROUP, _PACKAGE) + "/"


@dataclass
class Group:
    """A model package group. ``last`` is the highest version that ever was: none comes twice.

    ``shared``: another account's, which its owner lets this one see.
    """

    arn: str
    request: dict[str, Any]
    created_by: dict[str, Any]
    created: datetime = field(default_factory=now)
    last: int = 0
    shared: bool = False

    @property
    def name(self) -> str:
        """Its name, unique in its account and Region."""
        return self.arn.rsplit("/", 1)[-1]


@dataclass
class Package:
    """A model package: ``shown`` has what DescribeModelPackage takes from requests as it is.

    ``version`` is None for one without a group. ``shared`` as in Group.
    """

    arn: str
    shown: dict[str, Any]
    created_by: dict[str, Any]
    version: int | None = None
    shared: bool = False
    status: str = "Completed"
    error: str = ""
    created: datetime = field(default_factory=now)
    modified: datetime | None = None
    modified_by: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        """The group's name for a version, or its own."""
        return self.arn.rsplit(":", 1)[-1].split("/")[1]

    @property
    def naming(self) -> dict[str, Any]:
        """The members that name it: the group and the version, or its own name."""
        if self.version is None:
            return {"ModelPackageName": self.name}
        return {"ModelPackageGroupName": self.name, "ModelPackageVersion": self.version}


class Packages:
    """All groups and packages, by ARN, of every account and Region."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._groups: dict[str, Group] = {}
        self._packages: dict[str, Package] = {}

    def groups(self) -> list[Group]:
        """Every group, the oldest first."""
        with self._lock:
            return list(self._groups.values())

    def all(self) -> list[Package]:
        """Every package, the oldest first."""
        with self._lock:
            return list(self._packages.values())

    def group(self, arn: str) -> Group:
        """The group with this ARN; raises a ValidationException, as the service does."""
        with self._lock:
            if arn not in self._groups:
                raise invalid(f"ModelPackageGroup {arn} does not exist.")
            return self._groups[arn]

    def find(self, arn: str) -> Package | None:
        """The package with this ARN."""
        with self._lock:
            return self._packages.get(arn)

    def get(self, arn: str) -> Package:
        """The package with this ARN; raises a ValidationException, as the service does."""
        found = self.find(arn)
        if found is None:
            raise invalid(f"ModelPackage {arn} does not exist.")
        return found

    def add_group(self, group: Group) -> None:
        """Keep a new group; a taken name is a ValidationException."""
        with self._lock:
            if group.arn in self._groups:
                raise invalid(f"Model Package Group already exists: {group.arn}")
            self._groups[group.arn] = group

    def add(self, package: Package) -> None:
        """Keep a new package; a version's group must exist, and a taken name is an error."""
        with self._lock:
            if package.arn in self._packages:
                raise invalid(f"ModelPackage already exists: {package.arn}")
            if package.version is not None:
                group = self.group(group_of(package.arn))
                group.last = max(group.last, package.version)
            self._packages[package.arn] = package

    def next_version(self, arn: str) -> int:
        """The version that a group gives next, which is then taken."""
        with self._lock:
            group = self.group(arn)
            group.last += 1
            return group.last

    def put(self, package: Package) -> None:
        """Keep a package whatever there is of its name, its group with it."""
        with self._lock:
            self._packages.pop(package.arn, None)
            arn = group_of(package.arn)
            if package.version is not None and arn not in self._groups:
                self.add_group(Group(arn, {}, package.created_by, shared=package.shared))
            self.add(package)

    def remove(self, arn: str) -> None:
        """Forget a package; its version number is not given again."""
        with self._lock:
            self._packages.pop(self.get(arn).arn)

    def remove_group(self, arn: str) -> None:
        """Forget a group; one that has packages is a ConflictException."""
        with self._lock:
            group = self.group(arn)
            versions = versions_of(arn)
            if any(other.startswith(versions) for other in self._packages):
                raise conflict(f"Cannot delete {group.arn}: it still has model packages.")
            del self._groups[arn]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._groups.clear()
            self._packages.clear()
