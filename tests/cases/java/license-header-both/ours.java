/*
 * Copyright 2019-2020 A
 */
class T {}
