#!/usr/bin/env python3
"""Builds the WordPress stack as somebody does who follows the article through the AWS console.

    AWS_ENDPOINT_URL=http://127.0.0.1:5600 tests/aws/start --python tests/seed/build.py > built.json

It prints {"imports": {address in configs/wordpress: id for `wpinfra import`}, "variables": {…}}. The variables are those
with which configs/wordpress says what was built; what they cannot say is listed in expected_differences.json.

The settings are the console's own where the article does not name any: it is not this project's idea of how to do it.
"""

import json
import os
import sys

import boto3

REGION = "ap-northeast-1"
ZONES = ("ap-northeast-1a", "ap-northeast-1c")
PASSWORD = "a-password-to-remember"
SECRETS = {
    name: f"{name.lower().replace('_', '-')}-of-the-article"
    for name in (
        "AUTH_KEY",
        "SECURE_AUTH_KEY",
        "LOGGED_IN_KEY",
        "NONCE_KEY",
        "AUTH_SALT",
        "SECURE_AUTH_SALT",
        "LOGGED_IN_SALT",
        "NONCE_SALT",
    )
}
EXECUTION_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"


def client(service: str):
    """Returns a client for the local AWS; without its address nothing is built."""
    return boto3.client(
        service,
        endpoint_url=os.environ["AWS_ENDPOINT_URL"],
        region_name=REGION,
        aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", "test"),
        aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "test"),
    )


class Console:
    """The person at the console; `imports` grows with every step."""

    def __init__(self):
        self.ec2, self.rds, self.elb = client("ec2"), client("rds"), client("elbv2")
        self.efs, self.ecs, self.iam, self.logs = client("efs"), client("ecs"), client("iam"), client("logs")
        self.imports: dict[str, str] = {}

    def name(self, resource: str, name: str) -> None:
        """Fills in the Name field of a form."""
        self.ec2.create_tags(Resources=[resource], Tags=[{"Key": "Name", "Value": name}])

    def security_group(self, key: str, name: str, description: str) -> str:
        """Makes a group as the forms of RDS, the load balancer and ECS do; everything may leave it."""
        group = self.ec2.create_security_group(GroupName=name, Description=description, VpcId=self.vpc)["GroupId"]
        self.imports[f"aws_security_group.{key}"] = group
        return group

    def allow(self, group: str, port: int, source: str) -> None:
        """Adds an inbound rule for one port, from a group or from a range."""
        permission = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
        if source.startswith("sg-"):
            permission["UserIdGroupPairs"] = [{"GroupId": source}]
        else:
            permission["IpRanges"] = [{"CidrIp": source}]
        self.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])

    # -- the steps of the article

    def step_1_elastic_ip(self) -> None:
        self.address = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        self.imports["aws_eip.nat"] = self.address

    def step_2_vpc_wizard(self) -> None:
        ec2 = self.ec2
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsHostnames={"Value": True})
        self.name(self.vpc, "ecs-test")
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=self.vpc)
        self.public, self.private = [], []
        self.subnet(self.public, "public", "Public subnet", "10.0.0.0/24", ZONES[0])
        self.subnet(self.private, "private", "Private subnet", "10.0.1.0/24", ZONES[0])
        created = ec2.create_nat_gateway(SubnetId=self.public[0], AllocationId=self.address, ConnectivityType="public")
        nat = created["NatGateway"]["NatGatewayId"]
        ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[nat])
        tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [self.vpc]}])["RouteTables"]
        main = tables[0]["RouteTableId"]
        ec2.create_route(RouteTableId=main, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
        self.table = ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        ec2.create_route(RouteTableId=self.table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        ec2.associate_route_table(RouteTableId=self.table, SubnetId=self.public[0])
        self.imports |= {
            "aws_vpc.main": self.vpc,
            "aws_internet_gateway.main": gateway,
            "aws_nat_gateway.main": nat,
            "aws_route_table.private": main,
            "aws_route.nat": f"{main}_0.0.0.0/0",
            "aws_route_table.public": self.table,
            "aws_route.internet": f"{self.table}_0.0.0.0/0",
            'aws_route_table_association.public["1"]': f"{self.public[0]}/{self.table}",
        }

    def subnet(self, row: list[str], key: str, name: str, cidr: str, zone: str) -> None:
        """Makes a subnet and remembers it in its row."""
        subnet = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=cidr, AvailabilityZone=zone)["Subnet"]["SubnetId"]
        self.name(subnet, name)
        row.append(subnet)
        self.imports[f'aws_subnet.{key}["{len(row)}"]'] = subnet

    def step_3_second_zone(self) -> None:
        self.subnet(self.public, "public", "Public subnet 2", "10.0.2.0/24", ZONES[1])
        self.subnet(self.private, "private", "Private subnet 2", "10.0.3.0/24", ZONES[1])

    def step_4_public_route(self) -> None:
        self.ec2.associate_route_table(RouteTableId=self.table, SubnetId=self.public[1])
        self.imports['aws_route_table_association.public["2"]'] = f"{self.public[1]}/{self.table}"

    def step_5_db_subnet_group(self) -> None:
        self.rds.create_db_subnet_group(
            DBSubnetGroupName="ecs-test-private",
            DBSubnetGroupDescription="Private subnets of ecs-test",
            SubnetIds=self.private,
        )
        self.imports["aws_db_subnet_group.main"] = "ecs-test-private"

    def step_6_database(self) -> None:
        self.database_group = self.security_group("database", "wordpress-rds", "Created by RDS management console")
        created = self.rds.create_db_instance(
            DBInstanceIdentifier="database-1",
            Engine="mysql",
            EngineVersion="8.0",
            DBInstanceClass="db.t3.micro",
            AllocatedStorage=20,
            MaxAllocatedStorage=1000,
            StorageType="gp2",
            StorageEncrypted=True,
            DBName="wordpress",
            MasterUsername="wordpress",
            MasterUserPassword=PASSWORD,
            DBSubnetGroupName="ecs-test-private",
            VpcSecurityGroupIds=[self.database_group],
            PubliclyAccessible=False,
            MultiAZ=False,
            BackupRetentionPeriod=7,
            CopyTagsToSnapshot=True,
            DeletionProtection=False,
        )
        self.rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier="database-1")
        endpoint = created["DBInstance"]["Endpoint"]
        self.endpoint = f"{endpoint['Address']}:{endpoint['Port']}"
        self.imports["aws_db_instance.wordpress"] = "database-1"
        self.imports["random_password.database"] = PASSWORD

    def step_7_load_balancer(self) -> None:
        self.balancer_group = self.security_group("load_balancer", "load-balancer-wizard-1", "load-balancer-wizard-1 created in the console")
        self.allow(self.balancer_group, 80, "0.0.0.0/0")
        created = self.elb.create_load_balancer(
            Name="ecs-test-alb", Subnets=self.public, SecurityGroups=[self.balancer_group], Scheme="internet-facing", Type="application"
        )
        self.balancer = created["LoadBalancers"][0]["LoadBalancerArn"]
        self.imports["aws_lb.main"] = self.balancer

    def step_8_target_group(self) -> None:
        created = self.elb.create_target_group(
            Name="ecs-test-wordpress",
            Protocol="HTTP",
            Port=80,
            VpcId=self.vpc,
            TargetType="ip",
            HealthCheckPath="/",
            Matcher={"HttpCode": "200,302"},
        )
        self.target_group = created["TargetGroups"][0]["TargetGroupArn"]
        forward = [{"Type": "forward", "TargetGroupArn": self.target_group}]
        listener = self.elb.create_listener(LoadBalancerArn=self.balancer, Protocol="HTTP", Port=80, DefaultActions=forward)
        self.imports["aws_lb_target_group.wordpress"] = self.target_group
        self.imports["aws_lb_listener.http"] = listener["Listeners"][0]["ListenerArn"]

    def step_9_file_system(self) -> None:
        created = self.efs.create_file_system(
            CreationToken="console-1f0b7c1e",
            Encrypted=True,
            PerformanceMode="generalPurpose",
            ThroughputMode="bursting",
            Tags=[{"Key": "Name", "Value": "ecs-test-wordpress"}],
        )
        self.file_system = created["FileSystemId"]
        while self.efs.describe_file_systems(FileSystemId=self.file_system)["FileSystems"][0]["LifeCycleState"] != "available":
            pass
        self.imports["aws_efs_file_system.content"] = self.file_system
        self.mount_targets = []
        for number, subnet in enumerate(self.private, start=1):
            target = self.efs.create_mount_target(FileSystemId=self.file_system, SubnetId=subnet)["MountTargetId"]
            self.mount_targets.append(target)
            self.imports[f'aws_efs_mount_target.content["{number}"]'] = target

    def step_10_cluster(self) -> None:
        self.ecs.create_cluster(clusterName="wordpress")
        self.imports["aws_ecs_cluster.main"] = "wordpress"

    def step_11_task_definition(self) -> None:
        trust = {
            "Version": "2008-10-17",
            "Statement": [
                {"Sid": "", "Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"},
            ],
        }
        role = self.iam.create_role(RoleName="ecsTaskExecutionRole", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        self.iam.attach_role_policy(RoleName="ecsTaskExecutionRole", PolicyArn=EXECUTION_POLICY)
        self.logs.create_log_group(logGroupName="/ecs/wordpress")
        environment = {
            "WORDPRESS_DB_HOST": self.endpoint,
            "WORDPRESS_DB_NAME": "wordpress",
            "WORDPRESS_DB_USER": "wordpress",
            "WORDPRESS_DB_PASSWORD": PASSWORD,
            **{f"WORDPRESS_{name}": value for name, value in SECRETS.items()},
        }
        container = {
            "name": "wordpress",
            "image": "wordpress:latest",
            "essential": True,
            "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}],
            "mountPoints": [{"sourceVolume": "wordpress", "containerPath": "/var/www/html/wp-content", "readOnly": False}],
            "environment": [{"name": name, "value": value} for name, value in environment.items()],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {"awslogs-group": "/ecs/wordpress", "awslogs-region": REGION, "awslogs-stream-prefix": "ecs"},
            },
        }
        volume = {"fileSystemId": self.file_system, "rootDirectory": "/", "transitEncryption": "DISABLED"}
        registered = self.ecs.register_task_definition(
            family="wordpress",
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            executionRoleArn=role,
            volumes=[{"name": "wordpress", "efsVolumeConfiguration": volume}],
            containerDefinitions=[container],
        )
        self.task_definition = registered["taskDefinition"]["taskDefinitionArn"]
        self.imports |= {
            "aws_iam_role.task_execution": "ecsTaskExecutionRole",
            "aws_iam_role_policy_attachment.task_execution": f"ecsTaskExecutionRole/{EXECUTION_POLICY}",
            "aws_cloudwatch_log_group.wordpress": "/ecs/wordpress",
            "aws_ecs_task_definition.wordpress": self.task_definition,
            **{f'random_password.wordpress["{name}"]': value for name, value in SECRETS.items()},
        }

    def step_12_service(self) -> None:
        self.service_group = self.security_group("service", "wordpress-1234", "Created in ECS Console")
        self.allow(self.service_group, 80, "0.0.0.0/0")
        network = {"subnets": self.private, "securityGroups": [self.service_group], "assignPublicIp": "DISABLED"}
        self.ecs.create_service(
            cluster="wordpress",
            serviceName="wordpress",
            taskDefinition=self.task_definition,
            desiredCount=0,
            launchType="FARGATE",
            platformVersion="LATEST",
            networkConfiguration={"awsvpcConfiguration": network},
            loadBalancers=[{"targetGroupArn": self.target_group, "containerName": "wordpress", "containerPort": 80}],
        )
        self.imports["aws_ecs_service.wordpress"] = "wordpress/wordpress"

    def step_13_file_access(self) -> None:
        group = self.security_group("storage", "wordpress-efs", "NFS from the tasks")
        self.allow(group, 2049, self.service_group)
        for target in self.mount_targets:
            self.efs.modify_mount_target_security_groups(MountTargetId=target, SecurityGroups=[group])

    def step_14_database_access(self) -> None:
        self.allow(self.database_group, 3306, self.service_group)

    def step_15_first_task(self) -> None:
        self.ecs.update_service(cluster="wordpress", service="wordpress", desiredCount=1)

    def build(self) -> None:
        """Takes the steps in the order of the article."""
        steps = [name for name in vars(Console) if name.startswith("step_")]
        for step in sorted(steps, key=lambda name: int(name.split("_")[1])):
            print(f"{step.replace('_', ' ')} …", file=sys.stderr)
            getattr(self, step)()


# What configs/wordpress must be told to describe this.
VARIABLES = {
    "security_group_names": {
        "load_balancer": "load-balancer-wizard-1",
        "service": "wordpress-1234",
        "database": "wordpress-rds",
        "storage": "wordpress-efs",
    },
    "database": {"identifier": "database-1", "storage_type": "gp2", "max_allocated_storage": 1000},
    "encrypt_in_transit": False,
    "log_retention_days": 0,
    "desired_count": 1,
}


def main() -> None:
    if "AWS_ENDPOINT_URL" not in os.environ:
        sys.exit("set AWS_ENDPOINT_URL to the local AWS: this is not made for a real account")
    console = Console()
    console.build()
    answer = {
        "imports": dict(sorted(console.imports.items())),
        "variables": VARIABLES,
        # For the variant of configs/wordpress that takes its secrets as variables.
        "secrets": {"database_password": PASSWORD, "wordpress_secrets": SECRETS},
    }
    print(json.dumps(answer, indent=2))


if __name__ == "__main__":
    main()
