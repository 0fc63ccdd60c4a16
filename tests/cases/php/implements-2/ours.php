<?php
class A implements B, C
{
}
