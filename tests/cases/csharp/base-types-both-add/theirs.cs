class A : B, D
{
}
