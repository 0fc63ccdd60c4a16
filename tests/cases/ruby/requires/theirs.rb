require 'a'
require 'c'
