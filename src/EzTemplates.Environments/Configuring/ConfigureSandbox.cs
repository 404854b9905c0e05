using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Store;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>
/// Runs maintainer scripts once, in a view of a tree that nobody else sees: its own namespaces, a network that has only a loopback
/// interface, what is written in a file system in memory of a bounded size. Nothing of it outlives <see cref="Dispose"/>, however it ends.
/// </summary>
public sealed class ConfigureSandbox : IDisposable
{
    /// <summary>The host's name inside: neutral, since scripts write it into configuration.</summary>
    private const string HostName = "localhost";

    // Process 1, as far as scripts look at it. A root of its own is what tells tools that nothing was booted in theirs (ischroot(1),
    // systemctl(1)): else libc6's script has init start itself again, and waits a second for it.
    private static readonly TreePath ProcessOne = TreePath.Parse("/proc/1");
    private static readonly (string Name, string Target) RootOfProcessOne = ("root", "/proc");

    private const int OutputLines = 400;
    private const int MostOutput = 1 << 20;

    private readonly Sandbox _sandbox;
    private readonly StoreIds _ids;
    private readonly ConfigureTree _tree;
    private readonly ConfigureLimits _limits;
    private readonly ConfigureGroup _group;
    private readonly string _processOne;
    private readonly SafeFileHandle _upper;
    private readonly SafeFileHandle _nothing = File.OpenHandle("/dev/null");
    private readonly SafeFileHandle _output;
    private readonly SafeFileHandle _ticks;
    private readonly ScriptClock _clock;
    private readonly ScriptTrace _trace;
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private bool _ended;

    private ConfigureSandbox(EnvironmentStore environments, ConfigureTree tree, ConfigureLimits limits)
    {
        (_tree, _limits, _ids) = (tree, limits, environments.Host.Ids);
        string Made(string name) => Path.GetRelativePath(environments.Host.Layout.Root, Directory.CreateDirectory(Path.Combine(tree.Folder, name)).FullName);
        var (area, log) = (Made("area"), Made("log"));
        _processOne = Directory.CreateDirectory(Path.Combine(tree.Folder, "process-1")).FullName;
        File.CreateSymbolicLink(Path.Combine(_processOne, RootOfProcessOne.Name), RootOfProcessOne.Target);
        _group = ConfigureGroup.Make(limits);
        SafeFileHandle? upper = null, output = null, ticks = null;
        try
        {
            var root = new SandboxRoot(Path.Combine(environments.Host.Layout.Root, area, "root"), Path.Combine(environments.Host.Layout.Root, area, "dev"), thread =>
            {
                _group.Take(thread);
                thread.ChangeFolder(environments.Host.Layout.Root);
                ThrowAwayMounts.MountMemory(thread, area, limits.Size);
                ThrowAwayMounts.MountMemory(thread, log, limits.OutputBytes.ToString(CultureInfo.InvariantCulture));
                output = thread.CreateFile($"{log}/output");
                ticks = thread.CreateFile($"{log}/ticks");
                new ThrowAwayMounts(environments).Show(thread, area, tree.Manifest.Entries[0], tree.LayerOf);
                upper = thread.OpenFolder($"{area}/upper");
            });
            _sandbox = Sandbox.Make(Request(["true"], [], new SandboxStreams()), root, _ids, () => environments.Views.Lock(FileLockMode.Shared));
            (_upper, _output, _ticks) = (upper!, output!, ticks!);
            if (_group.Admission is not null)
            {
                _sandbox.KeepGate();
            }

            _clock = new ScriptClock(_ticks);
            _trace = new ScriptTrace(_clock.Tick);
            Started = Libc.Status(_upper).Ctime;
        }
        catch
        {
            _sandbox?.Dispose();
            _group.Dispose();
            upper?.Dispose();
            output?.Dispose();
            ticks?.Dispose();
            _nothing.Dispose();
            throw;
        }
    }

    /// <summary>By the kernel's own clock: what a script makes is not older.</summary>
    public FileTime Started { get; }

    /// <summary>Makes the namespaces and mounts; nothing runs yet.</summary>
    /// <exception cref="EzException">Environment: the kernel refuses something.</exception>
    public static ConfigureSandbox Begin(EnvironmentStore environments, ConfigureTree tree, ConfigureLimits limits)
    {
        ArgumentNullException.ThrowIfNull(environments);
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(limits);
        return new ConfigureSandbox(environments, tree, limits);
    }

    /// <returns>Null where it ended well.</returns>
    /// <exception cref="OperationCanceledException">All that ran was killed.</exception>
    public ConfigureFailure? Run(ConfigureStep step, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(step);
        cancellation.ThrowIfCancellationRequested();
        var left = _limits.Time - _time.Elapsed;
        if (left <= TimeSpan.Zero)
        {
            return Failed(step, null);
        }

        if (step.Link is { } link)
        {
            _sandbox.Thread.MakeLink(link.Target, link.Path.ToString());
        }

        int? status;
        try
        {
            status = RunTraced(step, left, cancellation);
        }
        catch (CommandNotStartedException absent)
        {
            RandomAccess.Write(_output, Encoding.UTF8.GetBytes(absent.Message + "\n"), RandomAccess.GetLength(_output));
            return Failed(step, absent.ExitCode);
        }

        cancellation.ThrowIfCancellationRequested();
        if (status is not null && step.Link is { } made)
        {
            _sandbox.Thread.RemoveFile(made.Path.ToString());
            _sandbox.Thread.Flush();
        }

        return status == 0 ? null : Failed(step, status);
    }

    /// <summary>The package whose script ran at a time that a file has; null where it may have been one of several, or none that a step told.</summary>
    public string? PackageAt(FileTime stamp) => _trace.PackageAt(stamp);

    /// <summary>
    /// The lines that all steps have said, but for empty ones, of the last <see cref="MostOutput"/> bytes, with nothing in them that would steer a terminal.
    /// </summary>
    public IEnumerable<string> Output
    {
        get
        {
            var length = RandomAccess.GetLength(_output);
            var bytes = new byte[Math.Min(length, MostOutput)];
            var read = RandomAccess.Read(_output, bytes, length - bytes.Length);
            return Encoding.UTF8.GetString(bytes, 0, read).TrimEnd('\n').Split('\n').Where(line => line.Length > 0)
                .Select(line => string.Concat(line.TrimEnd('\r').Select(PrintableText.Of)));
        }
    }

    /// <summary>Writes all that the steps have said, as <see cref="PrintableText"/>.</summary>
    public void CopyOutput(Stream target) => PrintableText.Copy(_output, _limits.OutputBytes, target);

    /// <summary>Ends all that is left running, then reads what has changed.</summary>
    /// <param name="sink">Takes every file's bytes.</param>
    public ImmutableArray<CapturedPath> Capture(FileSink sink, CancellationToken cancellation)
    {
        End();
        return UpperCapture.Read(_upper, _tree.Manifest, _ids.Overlay, sink, cancellation);
    }

    public void Dispose()
    {
        End();
        _upper.Dispose();
        _output.Dispose();
        _ticks.Dispose();
        _nothing.Dispose();
    }

    private int? RunTraced(ConfigureStep step, TimeSpan left, CancellationToken cancellation)
    {
        if (step.Scripts is null)
        {
            return RunWith(null);
        }

        var begun = _clock.Push();
        _trace.Begin(step.Scripts is StepScripts.Of one ? one.Package : ScriptTrace.Dpkg, begun, begun);
        try
        {
            using var channel = step.Scripts is StepScripts.Told ? new StatusChannel(_clock, _trace) : null;
            return RunWith(channel);
        }
        finally
        {
            var ended = _clock.Push();
            _trace.End(ended, ended);
        }

        int? RunWith(StatusChannel? channel) => _sandbox.RunBounded(
            Request(step.Command, step.Variables, new SandboxStreams(Descriptor(_nothing), Descriptor(_output), Descriptor(_output)) { Status = channel is null ? null : Descriptor(channel.Writer) }),
            left,
            _group.Admission,
            cancellation);
    }

    private void End()
    {
        if (!_ended)
        {
            _ended = true;
            _sandbox.Dispose();
            _group.Dispose();
        }
    }

    private ConfigureFailure Failed(ConfigureStep step, int? status) => new(step, status, [.. Output.TakeLast(OutputLines)]) { Exceeded = _group.Exceeded, Interrupted = status is null ? _trace.Interrupted : null };

    private ExecRequest Request(ImmutableArray<string> command, ImmutableArray<KeyValuePair<string, string>> variables, SandboxStreams streams) => new()
    {
        Environment = EnvironmentName.Parse(HostName),
        Command = command,
        Variables = [.. variables, .. _limits.Clock?.Variables ?? []],
        Binds = [new BindMount(_processOne, ProcessOne, BindAccess.ReadOnly), .. _limits.Clock is { } clock ? [clock.Bind] : (BindMount[])[], .. _tree.Binds],
        Network = SandboxNetwork.None,
        Streams = streams,
    };

    private static int Descriptor(SafeFileHandle file) => (int)file.DangerousGetHandle();
}
