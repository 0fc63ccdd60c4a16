class A : B, IC
{
}
