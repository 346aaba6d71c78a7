#!/usr/bin/env python3
"""The self-test of the local AWS: `tests/aws/start --check`.

Every check speaks to a server of its own making through boto3, as any client would.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

HERE = pathlib.Path(__file__).resolve().parent
REGION = "ap-northeast-1"


class LocalAws:
    """A server for one run of the checks."""

    def __init__(self, *arguments: str):
        self.folder = tempfile.TemporaryDirectory(prefix="wpinfra-aws-check-")
        port_file = pathlib.Path(self.folder.name) / "port"
        self.log = pathlib.Path(self.folder.name) / "calls.jsonl"
        command = [sys.executable, HERE / "cloud.py", "--port", "0", "--port-file", port_file, "--log", self.log, *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not port_file.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("the local AWS did not start")
            time.sleep(0.02)
        self.url = f"http://127.0.0.1:{port_file.read_text()}"

    def client(self, service: str):
        """Returns a client that tries once and gives up after two seconds."""
        config = Config(retries={"total_max_attempts": 1}, read_timeout=2, connect_timeout=2)
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=config,
        )

    def control(self, method: str, path: str, body=None):
        """Sends a control request and returns its answer."""
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_cloud/{path}", data=content, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def calls(self) -> dict:
        return self.control("GET", "calls")

    def fault(self, **rule) -> None:
        self.control("POST", "faults", [rule])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


def expect(left, right) -> None:
    """Fails with both values if they differ."""
    if left != right:
        raise AssertionError(f"\n  got  {left!r}\n  want {right!r}")


def refused(call, *args, **kwargs) -> tuple[int, str]:
    """Returns status and code of the error that a call gives."""
    try:
        call(*args, **kwargs)
    except ClientError as problem:
        meta = problem.response["ResponseMetadata"]
        if not meta.get("RequestId"):
            raise AssertionError("the error has no request id") from problem
        return meta["HTTPStatusCode"], problem.response["Error"]["Code"]
    raise AssertionError("the call was not refused")


def dropped(call, *args, **kwargs) -> None:
    """Fails unless the call ends without an answer."""
    try:
        call(*args, **kwargs)
    except ClientError as problem:
        raise AssertionError(f"there was an answer: {problem}") from problem
    except BotoCoreError:
        return
    raise AssertionError("there was an answer")


def vpcs(cloud: LocalAws) -> int:
    return len(cloud.control("GET", "inventory").get("vpc", []))


# -- the checks


def calls_are_counted_and_logged(cloud):
    ec2, efs, logs, iam = map(cloud.client, ("ec2", "efs", "logs", "iam"))
    ec2.describe_vpcs()
    ec2.describe_vpcs()
    efs.describe_file_systems()
    logs.describe_log_groups()
    iam.list_roles()
    expect(
        cloud.calls(),
        {
            "total": 5,
            "by_action": {
                "ec2:DescribeVpcs": 2,
                "elasticfilesystem:DescribeFileSystems": 1,
                "iam:ListRoles": 1,
                "logs:DescribeLogGroups": 1,
            },
            "max_in_flight": 1,
        },
    )
    calls = cloud.control("GET", "calls?detail=1")["calls"]
    expect([c["call"] for c in calls][:2], ["ec2:DescribeVpcs"] * 2)
    expect(sorted(calls[0]), ["call", "ms", "status", "t"])
    expect([json.loads(line) for line in cloud.log.read_text().splitlines()][-5:], calls)
    cloud.control("POST", "calls/reset")
    expect(cloud.calls()["total"], 0)


def latency_holds_calls_side_by_side(cloud):
    cloud.control("POST", "latency?ms=400")
    threads = [threading.Thread(target=cloud.client("ec2").describe_vpcs) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cloud.control("POST", "latency?ms=0")
    calls = cloud.control("GET", "calls?detail=1")
    expect([c["ms"] >= 400 for c in calls["calls"]], [True] * 4)
    expect(calls["max_in_flight"] > 1, True)


def each_resource_has_its_own_creating_state(cloud):
    cloud.control("POST", "lifecycle?s=3600")
    ec2, elb, efs, rds = map(cloud.client, ("ec2", "elbv2", "efs", "rds"))
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]["SubnetId"]
        for i, zone in enumerate("ac")
    ]
    ec2.attach_internet_gateway(InternetGatewayId=ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"], VpcId=vpc)

    def nat():
        return ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=ec2.allocate_address(Domain="vpc")["AllocationId"])["NatGateway"]

    first = nat()
    expect(first["State"], "pending")
    file_system = efs.create_file_system(CreationToken="one")
    expect(file_system["LifeCycleState"], "creating")
    mount = {"FileSystemId": file_system["FileSystemId"], "SubnetId": subnets[0]}
    expect(refused(efs.create_mount_target, **mount), (409, "IncorrectFileSystemLifeCycleState"))
    lb = elb.create_load_balancer(Name="one", Subnets=subnets)["LoadBalancers"][0]
    expect(lb["State"]["Code"], "provisioning")
    rds.create_db_subnet_group(DBSubnetGroupName="one", DBSubnetGroupDescription="one", SubnetIds=subnets)
    database = {"DBInstanceIdentifier": "one", "Engine": "mysql", "DBInstanceClass": "db.t3.micro", "AllocatedStorage": 20}
    created = rds.create_db_instance(**database, MasterUsername="one", MasterUserPassword="one-two-three", DBSubnetGroupName="one")
    expect(created["DBInstance"]["DBInstanceStatus"], "creating")
    expect(rds.describe_db_instances()["DBInstances"][0]["DBInstanceStatus"], "creating")
    cloud.control("POST", "time?skip_s=3600")
    second = nat()
    states = {g["NatGatewayId"]: g["State"] for g in ec2.describe_nat_gateways()["NatGateways"]}
    expect(states, {first["NatGatewayId"]: "available", second["NatGatewayId"]: "pending"})
    pending = ec2.describe_nat_gateways(Filter=[{"Name": "state", "Values": ["pending"]}])["NatGateways"]
    expect([g["NatGatewayId"] for g in pending], [second["NatGatewayId"]])
    expect(elb.describe_load_balancers()["LoadBalancers"][0]["State"]["Code"], "active")
    expect(rds.describe_db_instances()["DBInstances"][0]["DBInstanceStatus"], "available")
    expect(efs.describe_file_systems()["FileSystems"][0]["LifeCycleState"], "available")
    expect(efs.create_mount_target(**mount)["LifeCycleState"], "creating")
    expect(efs.describe_mount_targets(FileSystemId=mount["FileSystemId"])["MountTargets"][0]["LifeCycleState"], "creating")
    ec2.delete_nat_gateway(NatGatewayId=second["NatGatewayId"])
    gone = ec2.describe_nat_gateways(NatGatewayIds=[second["NatGatewayId"]])["NatGateways"]
    expect([g["State"] for g in gone], ["deleted"])
    expect(cloud.control("GET", "inventory")["nat gateway"], [first["NatGatewayId"]])
    cloud.control("POST", "lifecycle?s=0")


def services_reach_their_steady_state(cloud):
    ecs = cloud.client("ecs")
    ecs.create_cluster(clusterName="one")
    container = {"name": "one", "image": "one", "memory": 128}
    ecs.register_task_definition(family="one", containerDefinitions=[container])
    ecs.create_service(cluster="one", serviceName="one", taskDefinition="one", desiredCount=0)
    cloud.control("POST", "lifecycle?s=3600")
    ecs.update_service(cluster="one", service="one", desiredCount=2)

    def running():
        service = ecs.describe_services(cluster="one", services=["one"])["services"][0]
        return service["runningCount"], service["deployments"][0]["rolloutState"], len(service["deployments"])

    expect(running(), (0, "IN_PROGRESS", 1))
    cloud.control("POST", "time?skip_s=3600")
    expect(running(), (2, "COMPLETED", 1))
    cloud.control("POST", "lifecycle?s=0")


def services_show_all_their_settings(cloud):
    ecs = cloud.client("ecs")
    ecs.create_cluster(clusterName="one")
    ecs.register_task_definition(family="one", containerDefinitions=[{"name": "one", "image": "one", "memory": 128}])
    limits = {"maximumPercent": 150}
    ecs.create_service(cluster="one", serviceName="one", taskDefinition="one", deploymentConfiguration=limits)
    ecs.update_service(cluster="one", service="one", enableExecuteCommand=True)
    service = ecs.describe_services(cluster="one", services=["one"])["services"][0]
    expect(service["deploymentConfiguration"], {"maximumPercent": 150, "minimumHealthyPercent": 100})
    expect(service["availabilityZoneRebalancing"], "DISABLED")
    expect((service["enableExecuteCommand"], service["enableECSManagedTags"]), (True, False))
    expect("networkConfiguration" in service, False)


def what_moto_forgets_stays(cloud):
    ec2, rds, iam = map(cloud.client, ("ec2", "rds", "iam"))
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24")["Subnet"]["SubnetId"] for i in range(2)]
    rds.create_db_subnet_group(DBSubnetGroupName="one", DBSubnetGroupDescription="one", SubnetIds=subnets[:1])
    rds.modify_db_subnet_group(DBSubnetGroupName="one", SubnetIds=subnets)
    group = rds.describe_db_subnet_groups()["DBSubnetGroups"][0]
    expect((group["DBSubnetGroupDescription"], len(group["Subnets"])), ("one", 2))
    iam.create_role(RoleName="one", Description="one", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}))
    iam.update_role(RoleName="one", MaxSessionDuration=7200)
    role = iam.get_role(RoleName="one")["Role"]
    expect((role["Description"], role["MaxSessionDuration"]), ("one", 7200))


def errors_speak_each_protocol(cloud):
    calls = {
        "ec2": cloud.client("ec2").describe_vpcs,
        "rds": cloud.client("rds").describe_db_instances,
        "ecs": cloud.client("ecs").list_clusters,
        "efs": cloud.client("efs").describe_file_systems,
    }
    want = {
        "throttle": [(503, "RequestLimitExceeded"), (400, "Throttling"), (400, "ThrottlingException"), (429, "ThrottlingException")],
        "error500": [(500, "InternalError"), (500, "InternalFailure"), (500, "ServerException"), (500, "InternalServerError")],
        "deny": [(403, "UnauthorizedOperation"), (403, "AccessDenied"), (400, "AccessDeniedException"), (403, "AccessDeniedException")],
        "expired": [(400, "RequestExpired"), (403, "ExpiredToken"), (400, "ExpiredTokenException"), (403, "ExpiredTokenException")],
    }
    for kind, answers in want.items():
        cloud.fault(action=".", kind=kind, times=-1)
        expect([refused(call) for call in calls.values()], answers)
    cloud.fault(action="Vpcs", kind="error", code="InvalidVpcID.NotFound", message="gone", status=400)
    expect(refused(calls["ec2"]), (400, "InvalidVpcID.NotFound"))
    calls["ec2"]()


def rules_count_their_calls(cloud):
    ec2 = cloud.client("ec2")
    cloud.fault(action="ec2:DescribeVpcs$", kind="throttle", after=1, times=2)
    ec2.describe_subnets()
    ec2.describe_vpcs()
    refused(ec2.describe_vpcs)
    refused(ec2.describe_vpcs)
    ec2.describe_vpcs()
    expect(cloud.control("GET", "faults")[0]["hits"], 2)


def answers_get_lost(cloud):
    ec2 = cloud.client("ec2")
    cloud.fault(action="CreateVpc", kind="drop_before")
    dropped(ec2.create_vpc, CidrBlock="10.0.0.0/16")
    expect(vpcs(cloud), 0)
    cloud.fault(action="CreateVpc", kind="drop_after")
    dropped(ec2.create_vpc, CidrBlock="10.0.0.0/16")
    expect(vpcs(cloud), 1)
    cloud.fault(action="CreateVpc", kind="hang", seconds=0.3)
    dropped(ec2.create_vpc, CidrBlock="10.0.0.0/16")
    expect(vpcs(cloud), 1)
    ec2.create_vpc(CidrBlock="10.0.0.0/16")
    expect(vpcs(cloud), 2)


def processes_get_killed(cloud):
    for kind, stands in (("kill", 1), ("kill_before", 1)):
        victim = subprocess.Popen(["sleep", "60"])
        cloud.fault(action="CreateVpc", kind=kind, pid=victim.pid)
        dropped(cloud.client("ec2").create_vpc, CidrBlock="10.0.0.0/16")
        expect(victim.wait(), -9)
        expect(vpcs(cloud), stands)


def inventory_shows_all_and_only_what_was_made(cloud):
    ec2, iam, logs = map(cloud.client, ("ec2", "iam", "logs"))
    expect(cloud.control("GET", "inventory"), {})
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    expect(cloud.control("GET", "inventory"), {"vpc": [vpc]})
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    main = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"][0]["Associations"][0]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    association = ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)["AssociationId"]
    new_main = ec2.replace_route_table_association(AssociationId=main["RouteTableAssociationId"], RouteTableId=table)["NewAssociationId"]
    iam.create_role(RoleName="one", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}))
    policy = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    iam.attach_role_policy(RoleName="one", PolicyArn=policy)
    logs.create_log_group(logGroupName="/ecs/one")
    expect(
        cloud.control("GET", "inventory"),
        {
            "internet gateway": [gateway],
            "internet gateway attachment": [f"{gateway}/{vpc}"],
            "log group": ["/ecs/one"],
            "main route table association": [new_main],
            "role": ["one"],
            "role policy attachment": [f"one/{policy}"],
            "route": [f"{table}_0.0.0.0/0"],
            "route table": [table],
            "route table association": [association],
            "subnet": [subnet],
            "vpc": [vpc],
        },
    )
    ec2.replace_route_table_association(AssociationId=new_main, RouteTableId=main["RouteTableId"])
    expect("main route table association" in cloud.control("GET", "inventory"), False)
    cloud.control("POST", "reset")
    expect(cloud.control("GET", "inventory"), {})


def the_server_ends_with_its_owner(_):
    owner = subprocess.Popen(["sleep", "60"])
    cloud = LocalAws("--exit-with", str(owner.pid))
    owner.kill()  # it stays a zombie for now, which counts as dead
    expect(cloud.process.wait(timeout=5), 0)
    owner.wait()
    cloud.folder.cleanup()


CHECKS = [
    calls_are_counted_and_logged,
    latency_holds_calls_side_by_side,
    each_resource_has_its_own_creating_state,
    services_reach_their_steady_state,
    services_show_all_their_settings,
    what_moto_forgets_stays,
    errors_speak_each_protocol,
    rules_count_their_calls,
    answers_get_lost,
    processes_get_killed,
    inventory_shows_all_and_only_what_was_made,
    the_server_ends_with_its_owner,
]


def main() -> int:
    for name in [n for n in os.environ if n.startswith("AWS_")]:
        del os.environ[name]  # somebody's profile has no business here
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    cloud = LocalAws("--exit-with", str(os.getpid()))
    failures = 0
    for check in CHECKS:
        cloud.control("POST", "reset")
        try:
            check(cloud)
        except Exception:  # noqa: BLE001: a failed check must not hide the others
            failures += 1
            print(f"FAILED {check.__name__}\n{traceback.format_exc()}")
        else:
            print(f"ok     {check.__name__.replace('_', ' ')}")
    cloud.stop()
    print(f"{len(CHECKS) - failures} passed, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
