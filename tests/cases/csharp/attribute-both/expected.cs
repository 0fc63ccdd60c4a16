class A
{
    [A1]
    [A2]
    [A3]
    void F() { }
}
