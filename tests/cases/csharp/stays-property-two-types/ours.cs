class A
{
    long X { get; }
}
