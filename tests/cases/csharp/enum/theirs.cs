enum A
{
    X,
    Y,
    W
}
