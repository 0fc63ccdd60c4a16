class A
{
    [A1]
    [A2]
    void F() { }
}
