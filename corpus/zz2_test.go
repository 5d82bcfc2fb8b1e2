package corpus
import ("testing";"os")
func TestDbgJ(t *testing.T){
 ps,err:=Embedded(); if err!=nil{t.Fatal(err)}
 w,_:=os.Create("/tmp/dbg/jilin.json"); Export(ps[0]).JSON(w); w.Close()
}
