class A
{
    static readonly int x;
}
