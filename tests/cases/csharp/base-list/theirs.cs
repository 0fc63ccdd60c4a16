class A : B, ID
{
}
