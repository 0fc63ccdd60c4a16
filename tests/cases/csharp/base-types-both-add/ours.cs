class A : B, C
{
}
