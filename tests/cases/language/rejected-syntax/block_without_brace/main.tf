variable "a"
{
  type = string
}
