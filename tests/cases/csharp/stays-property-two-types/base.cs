class A
{
    int X { get; }
}
