class A
{
    int X;
}
