"""Everything that stands in the cloud, read from moto's own memory: the independent oracle of the tests.

What stood there at the start (the default VPC of each region) and what AWS makes along with a VPC (its default
security group and main route table) is left out: the rest is exactly what somebody created and has not deleted.
"""

from moto.backends import get_backend

ACCOUNT = "123456789012"

Standing = dict[str, set[str]]


class Inventory:
    """The standing resources of one account, against a baseline."""

    def __init__(self):
        self.regions: set[str] = set()
        self.baseline: Standing = {}

    def forget(self) -> None:
        """Starts again after moto has forgotten everything."""
        self.regions.clear()
        self.baseline.clear()

    def meet(self, region: str) -> None:
        """Takes what a region has by itself into the baseline, the first time that somebody calls it."""
        if region in self.regions:
            return
        self.regions.add(region)
        self.expect(network(get_backend("ec2")[ACCOUNT][region]))

    def expect(self, standing: Standing) -> None:
        """Takes these resources into the baseline."""
        for kind, ids in standing.items():
            self.baseline.setdefault(kind, set()).update(ids)

    def expect_companions(self, region: str, vpc_id: str) -> None:
        """Takes what AWS made along with a new VPC into the baseline."""
        ec2 = get_backend("ec2")[ACCOUNT][region]
        groups = ec2.groups.get(vpc_id, {}).values()
        tables = [t for t in ec2.route_tables.values() if t.vpc_id == vpc_id]
        self.expect({
            "security group": {g.id for g in groups},
            "security group rule": {r.id for g in groups for r in g.ingress_rules + g.egress_rules},
            "route table": {t.id for t in tables},
        })

    def standing(self) -> dict[str, list[str]]:
        """Returns the ids of what was created and not deleted, by kind; kinds without any are left out."""
        now = roles(get_backend("iam")[ACCOUNT]["aws"])
        for region in sorted(self.regions):
            ec2 = get_backend("ec2")[ACCOUNT][region]
            for part in (
                network(ec2),
                self.chosen_main_tables(ec2),
                databases(get_backend("rds")[ACCOUNT][region]),
                load_balancers(get_backend("elbv2")[ACCOUNT][region]),
                file_systems(get_backend("efs")[ACCOUNT][region]),
                containers(get_backend("ecs")[ACCOUNT][region]),
                log_groups(get_backend("logs")[ACCOUNT][region]),
            ):
                for kind, ids in part.items():
                    now.setdefault(kind, set()).update(ids)
        return {kind: sorted(rest) for kind, ids in sorted(now.items()) if (rest := ids - self.baseline.get(kind, set()))}

    def chosen_main_tables(self, ec2) -> Standing:
        """Returns the main associations of route tables other than those that came with their VPC."""
        own = self.baseline.get("route table", set())
        tables = [t for t in ec2.route_tables.values() if t.main_association_id and t.id not in own]
        return {"main route table association": {t.main_association_id for t in tables}}


def network(ec2) -> Standing:
    """Returns the network: VPCs and all that hangs on them."""
    groups = [g for by_id in ec2.groups.values() for g in by_id.values()]
    tables = list(ec2.route_tables.values())
    return {
        "vpc": set(ec2.vpcs),
        "subnet": {subnet_id for by_id in ec2.subnets.values() for subnet_id in by_id},
        "internet gateway": set(ec2.internet_gateways),
        "internet gateway attachment": {f"{g.id}/{g.vpc.id}" for g in ec2.internet_gateways.values() if g.vpc},
        "eip": {a.allocation_id for a in ec2.addresses},
        "nat gateway": {g.id for g in ec2.nat_gateways.values() if g.state != "deleted"},
        "route table": {t.id for t in tables},
        "route": {f"{t.id}_{destination(r)}" for t in tables for r in t.routes if not r.local},
        "route table association": {a for t in tables for a in t.all_associations_ids if a != t.main_association_id},
        "security group": {g.id for g in groups},
        "security group rule": {r.id for g in groups for r in g.ingress_rules + g.egress_rules},
    }


def destination(route) -> str:
    """Returns what a route is for, as in the import id of an aws_route."""
    prefix_list = route.destination_prefix_list
    return route.destination_cidr_block or route.destination_ipv6_cidr_block or (prefix_list.id if prefix_list else "?")


def databases(rds) -> Standing:
    """Returns databases and their subnet groups by name."""
    return {"db instance": set(rds.databases), "db subnet group": set(rds.subnet_groups)}


def load_balancers(elb) -> Standing:
    """Returns load balancers, listeners and target groups by ARN."""
    return {
        "lb": set(elb.load_balancers),
        "listener": {arn for lb in elb.load_balancers.values() for arn in lb.listeners},
        "target group": set(elb.target_groups),
    }


def file_systems(efs) -> Standing:
    """Returns file systems and their mount targets."""
    return {"efs": set(efs.file_systems_by_id), "mount target": set(efs.mount_targets_by_id)}


def containers(ecs) -> Standing:
    """Returns what ECS still counts as active."""
    revisions = [r for family in ecs.task_definitions.values() for r in family.values()]
    return {
        "cluster": {c.arn for c in ecs.clusters.values() if c.status == "ACTIVE"},
        "service": {s.arn for s in ecs.services.values() if s.status == "ACTIVE"},
        "task definition": {r.arn for r in revisions if r.status == "ACTIVE"},
    }


def roles(iam) -> Standing:
    """Returns roles with their inline policies and attachments, and the policies that the account owns."""
    standing = list(iam.roles.values())
    return {
        "role": {r.name for r in standing},
        "role policy": {f"{r.name}:{policy}" for r in standing for policy in r.policies},
        "role policy attachment": {f"{r.name}/{arn}" for r in standing for arn in r.managed_policies},
        "policy": {arn for arn in iam.managed_policies if f":{ACCOUNT}:" in arn},
    }


def log_groups(logs) -> Standing:
    """Returns log groups by name."""
    return {"log group": set(logs.groups)}
