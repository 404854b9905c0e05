using System.Text;
using EzTemplates.Domain;
using EzTemplates.Environments.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>
/// What <c>dpkg --status-fd</c> tells of the scripts that it runs, each line with the time at which the kernel took it: a socket of packets
/// that are stamped when they are sent (socket(7), SO_TIMESTAMPNS). A thread reads them at once, since dpkg would wait for a full socket.
/// </summary>
internal sealed class StatusChannel : IDisposable
{
    private const int MostLine = 4096;
    private const string Status = "status";
    private const string Running = "half-configured";

    private readonly SafeFileHandle _reader;
    private readonly SafeFileHandle _writer;
    private readonly ScriptClock _clock;
    private readonly ScriptTrace _trace;
    private readonly Thread _thread;

    public StatusChannel(ScriptClock clock, ScriptTrace trace)
    {
        (_clock, _trace) = (clock, trace);
        (_reader, _writer) = StampedPackets.Pair();
        _thread = new Thread(ReadAll) { IsBackground = true, Name = "status" };
        _thread.Start();
    }

    /// <summary>For the command.</summary>
    public SafeFileHandle Writer => _writer;

    /// <summary>Reads what was told until now; who holds the other end still, tells nobody any more.</summary>
    public void Dispose()
    {
        StampedPackets.Shut(_reader);
        _thread.Join();
        _reader.Dispose();
        _writer.Dispose();
    }

    private void ReadAll()
    {
        var line = new byte[MostLine];
        while (StampedPackets.Read(_reader, line) is { Length: > 0 } packet)
        {
            var push = _clock.Push();
            Take(Encoding.UTF8.GetString(line, 0, packet.Length).TrimEnd('\n'), packet.At, push);
        }
    }

    /// <summary>dpkg(1), --status-fd: <c>status: PACKAGE: STATUS</c>. A postinst runs while its package is half configured, for a trigger too.</summary>
    private void Take(string line, FileTime at, FileTime push)
    {
        if (line.Split(": ", 3) is not [Status, var package, var status])
        {
            return;
        }

        _trace.Begin(status == Running ? package : ScriptTrace.Dpkg, at, push);
    }
}
