class A
{
    short X { get; }
}
