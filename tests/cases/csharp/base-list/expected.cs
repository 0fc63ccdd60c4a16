class A : B, IC, ID
{
}
