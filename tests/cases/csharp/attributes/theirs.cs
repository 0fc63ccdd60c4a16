class A
{
    void F(int x) { }
}
