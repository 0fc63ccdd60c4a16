<?php
class A implements B
{
}
