public class A : B, ID
{
}
