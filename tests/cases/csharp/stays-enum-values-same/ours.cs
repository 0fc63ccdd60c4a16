enum A
{
    X,
    Y = 1,
}
