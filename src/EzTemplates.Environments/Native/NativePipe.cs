using EzTemplates.Domain;

namespace EzTemplates.Environments.Native;

/// <summary>A pipe by its descriptors, which no program inherits.</summary>
internal sealed unsafe class NativePipe : IDisposable
{
    private const int CloseOnExec = 0x80000;

    /// <exception cref="EzException">Environment: too many open files.</exception>
    public NativePipe()
    {
        var ends = stackalloc int[2];
        if (Linux.Pipe(ends, CloseOnExec) != 0)
        {
            throw new EzException(FailureKind.Environment, "cannot make a pipe for the sandbox", "raise the limit of open files (ulimit -n)");
        }

        (Reader, Writer) = (ends[0], ends[1]);
    }

    /// <summary>-1 once it is closed.</summary>
    public int Reader { get; private set; }

    /// <summary>-1 once it is closed, or given away.</summary>
    public int Writer { get; private set; }

    public void CloseReader()
    {
        Close(Reader);
        Reader = -1;
    }

    public void CloseWriter()
    {
        Close(Writer);
        Writer = -1;
    }

    /// <summary>It is the caller's to close.</summary>
    public int GiveWriter()
    {
        var writer = Writer;
        Writer = -1;
        return writer;
    }

    public void Dispose()
    {
        CloseReader();
        CloseWriter();
    }

    private static void Close(int descriptor)
    {
        if (descriptor >= 0)
        {
            _ = Linux.Close(descriptor);
        }
    }
}
