source 'https://rubygems.org'

gem 'rails'
