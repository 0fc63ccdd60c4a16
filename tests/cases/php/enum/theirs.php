<?php
enum A {
    case X;
    case Z;
}
