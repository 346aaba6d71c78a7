"""Resources that take a while: each one stays in its creating state for some seconds after its creation.

moto makes everything available at once. Here a clock is put over the state attribute of moto's own classes, so that
every call sees the same truth, filters included, and each resource counts from its own birth.
"""

import time


class Clock:
    """The length of all creating states in seconds (0 switches them off), and the time by which they are measured."""

    seconds = 0.0
    skipped = 0.0

    @classmethod
    def now(cls) -> float:
        """Returns a time that goes on by itself, and can be put forward."""
        return time.monotonic() + cls.skipped


class HeldState:
    """A state attribute that reads `pending` until its owner is old enough to be `settled`.

    Only the settled value is held back: a resource that is being deleted shows that at once.
    """

    def __init__(self, name: str, settled: str, pending: str):
        self.name, self.settled, self.pending = name, settled, pending

    def __set__(self, owner, value):
        owner.__dict__.setdefault("_born", Clock.now())
        owner.__dict__["_" + self.name] = value

    def __get__(self, owner, kind=None):
        if owner is None:
            return self
        value = owner.__dict__["_" + self.name]
        young = Clock.now() - owner.__dict__["_born"] < Clock.seconds
        return self.pending if value == self.settled and young else value


def install() -> None:
    """Puts the clock over moto's NAT gateways, databases, load balancers, file systems and mount targets."""
    from moto.ec2.models.nat_gateways import NatGateway
    from moto.efs.models import EFSBackend, FileSystem, MountTarget
    from moto.elbv2.models import FakeLoadBalancer
    from moto.rds.models import DBInstance

    NatGateway.state = HeldState("state", "available", "pending")
    DBInstance.status = HeldState("status", "available", "creating")
    FakeLoadBalancer.state = HeldState("state", "active", "provisioning")
    for kind in (FileSystem, MountTarget):
        kind.life_cycle_state = HeldState("life_cycle_state", "available", "creating")
        kind.info_json = with_state(kind.info_json)
    EFSBackend.create_mount_target = refuse_young_file_system(EFSBackend.create_mount_target)


def with_state(info_json):
    """EFS answers from the instance dictionary, which no longer holds the state."""

    def answer(self):
        return {**info_json(self), "LifeCycleState": self.life_cycle_state}

    return answer


def refuse_young_file_system(create_mount_target):
    """AWS refuses a mount target on a file system that is not available yet; moto does not check it."""
    from moto.efs.exceptions import EFSError

    class IncorrectFileSystemLifeCycleState(EFSError):
        code = 409

        def __init__(self):
            super().__init__("IncorrectFileSystemLifeCycleState", "None or the file system's life cycle state is not 'available'.")

    def create(self, file_system_id, *args, **kwargs):
        file_system = self.file_systems_by_id.get(file_system_id)
        if file_system is not None and file_system.life_cycle_state != "available":
            raise IncorrectFileSystemLifeCycleState()
        return create_mount_target(self, file_system_id, *args, **kwargs)

    return create


def run_tasks(ecs) -> None:
    """Lets each ECS service reach what was last asked of it, `Clock.seconds` after it was asked.

    moto never starts a task, so a service that waits for its steady state would wait for ever. The service itself
    remembers when its wishes last changed.
    """
    for cluster in ecs.clusters.values():
        cluster.running_tasks_count = cluster.pending_tasks_count = 0
    for service in ecs.services.values():
        if service.status == "ACTIVE":
            run_service(service)
            cluster = ecs.clusters.get(service.cluster_name)
            if cluster:
                cluster.running_tasks_count += service.running_count
                cluster.pending_tasks_count += service.pending_count


def run_service(service) -> None:
    """Brings one service up to date."""
    now = Clock.now()
    wish = (service.desired_count, service.task_definition)
    if getattr(service, "_wish", None) != wish:
        service._wish, service._wished = wish, now
    settled = now - service._wished >= Clock.seconds
    service.running_count = service.desired_count if settled else 0
    service.pending_count = 0 if settled else service.desired_count
    for deployment in service.deployments:
        deployment["desiredCount"] = service.desired_count
        deployment["runningCount"], deployment["pendingCount"] = service.running_count, service.pending_count
        deployment["rolloutState"] = "COMPLETED" if settled else "IN_PROGRESS"
