require 'a'
require 'c'

x
