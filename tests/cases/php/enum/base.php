<?php
enum A {
    case X;
}
