class A : B
{
}
