/*
 * Copyright 2019 A and B
 */
class T {}
