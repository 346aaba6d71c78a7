variable "region" {
  description = "AWS region that the stack stands in."
  type        = string
  default     = "ap-northeast-1"
}

variable "name" {
  description = "Name of the VPC; other names begin with it where AWS wants them to be unique in the account."
  type        = string
  default     = "ecs-test"

  validation {
    # The load balancer allows 32 characters, and "-alb" takes four of them.
    condition     = can(regex("^[a-z][a-z0-9-]{0,26}[a-z0-9]$", var.name))
    error_message = "The name must be 2 to 28 lower-case letters, digits and hyphens, and must not begin or end with a hyphen."
  }
}

variable "tags" {
  description = "Tags for everything that can have tags."
  type        = map(string)
  default     = {}
}

# -- network

variable "vpc_cidr" {
  description = "Addresses of the VPC."
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0))
    error_message = "The VPC needs an IPv4 range such as 10.0.0.0/16."
  }
}

variable "public_subnets" {
  description = "Subnets that the load balancer stands in, in two zones or more. The first one gets the NAT gateway."
  type = map(object({
    zone = string
    cidr = string
    name = string
  }))
  default = {
    "1" = { zone = "ap-northeast-1a", cidr = "10.0.0.0/24", name = "Public subnet" }
    "2" = { zone = "ap-northeast-1c", cidr = "10.0.2.0/24", name = "Public subnet 2" }
  }

  validation {
    condition     = length(distinct([for subnet in var.public_subnets : subnet.zone])) >= 2
    error_message = "A load balancer needs public subnets in two zones or more."
  }
}

variable "private_subnets" {
  description = "Subnets of the tasks, the database and the file system, in two zones or more, one per zone."
  type = map(object({
    zone = string
    cidr = string
    name = string
  }))
  default = {
    "1" = { zone = "ap-northeast-1a", cidr = "10.0.1.0/24", name = "Private subnet" }
    "2" = { zone = "ap-northeast-1c", cidr = "10.0.3.0/24", name = "Private subnet 2" }
  }

  validation {
    condition     = length(distinct([for subnet in var.private_subnets : subnet.zone])) >= 2
    error_message = "A DB subnet group needs private subnets in two zones or more."
  }
}

# -- security groups

variable "security_group_names" {
  description = "Names of the security groups. AWS cannot rename a group: another name makes another group."
  type = object({
    load_balancer = optional(string, "wordpress-alb")
    service       = optional(string, "wordpress-service")
    database      = optional(string, "wordpress-rds")
    storage       = optional(string, "wordpress-efs")
  })
  default = {}
}

# -- database

variable "database" {
  description = "Size and settings of the database."
  type = object({
    identifier            = optional(string, "wordpress")
    engine_version        = optional(string, "8.0")
    instance_class        = optional(string, "db.t3.micro")
    allocated_storage     = optional(number, 20)
    max_allocated_storage = optional(number, 100)
    storage_type          = optional(string, "gp3")
    multi_az              = optional(bool, false)
    backup_days           = optional(number, 7)
    deletion_protection   = optional(bool, false)
    final_snapshot        = optional(bool, false)
  })
  default = {}
}

# -- WordPress

variable "family" {
  description = "Name of the task definition, the container, the cluster's service and the log group."
  type        = string
  default     = "wordpress"
}

variable "cluster_name" {
  description = "Name of the ECS cluster."
  type        = string
  default     = "wordpress"
}

variable "image" {
  description = "Container image. Give a digest or an exact version to decide yourself when WordPress is updated."
  type        = string
  default     = "wordpress:latest"
}

variable "cpu" {
  description = "CPU units of one task; 1024 is one virtual CPU."
  type        = number
  default     = 256
}

variable "memory" {
  description = "Memory of one task in MiB. Fargate allows only certain pairs of cpu and memory."
  type        = number
  default     = 512
}

variable "desired_count" {
  description = "How many tasks run. 0 builds everything and starts nothing."
  type        = number
  default     = 0

  validation {
    condition     = var.desired_count >= 0 && floor(var.desired_count) == var.desired_count
    error_message = "The desired count must be a whole number, 0 or more."
  }

  validation {
    # A log-in is known only to the task that took it.
    condition     = var.desired_count <= 1 || var.sticky_sessions
    error_message = "More than one task breaks log-ins unless sticky_sessions is true."
  }
}

variable "sticky_sessions" {
  description = "Whether the load balancer sends a browser to the same task again."
  type        = bool
  default     = false
}

variable "encrypt_in_transit" {
  description = "Whether tasks speak TLS to the file system."
  type        = bool
  default     = true
}

variable "execution_role_name" {
  description = "Name of the role with which Fargate pulls the image and writes the logs."
  type        = string
  default     = "ecsTaskExecutionRole"
}

variable "log_retention_days" {
  description = "How long logs are kept; 0 keeps them for ever."
  type        = number
  default     = 30
}
