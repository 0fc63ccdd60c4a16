enum A
{
    X,
    Y = 2,
}
