class A
{
    readonly int x;
}
