public class A : B, IC
{
}
