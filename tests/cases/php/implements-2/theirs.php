<?php
class A implements B, D
{
}
