@Component({
  selector: 'a2',
  template: 'b',
})
class A {}
