provider "AWS_x" {
}
