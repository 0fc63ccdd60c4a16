class A
{
    [B]
    int X;
}
