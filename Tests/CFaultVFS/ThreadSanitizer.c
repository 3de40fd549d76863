// What ThreadSanitizer is told when the tests run under it.
//
// The Swift runtime does not annotate the case in which a continuation is resumed before its task has come to wait: the
// task's next write to the frame is then reported as a race with the read inside `resume`, for any program that resumes
// an unsafe continuation from another thread. The pattern names the part of `withUnsafeContinuation` after its await
// and nothing else; what its body does (handing a job to a queue) is still watched. Some symbolizers leave out what tells
// the parts apart: then it is the top frame by its plain name, and where the compiler has inlined it, that of the
// functions that have nothing else behind their await.
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void) { 
    return "race:ss22withUnsafeContinuation*TY0_\n"
           "race_top:ss22withUnsafeContinuation\n"
           "race_top:13OutboxFixtureC10deliveries\n"
           "race_top:14SQLiteDatabase10ReaderPoolC4read8deadline\n"
           "race_top:14SQLiteDatabase14DatabaseWriterC5write8deadline\n"
           "race_top:14SQLiteDatabase0B6WriterC5write8deadline\n";
}
