using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Rpm;

/// <summary>
/// A signed repository of real packages rebuilt as rpms, in two snapshots <c>v1</c> and <c>v2</c>, with its key: the folder that EZ_BENCH_RPMS
/// names, or one that ../shared/tools/make-rpm-repo.sh makes when it is first asked for.
/// </summary>
public sealed class RebuiltRpms : IDisposable
{
    private const string Packages = "nginx python3 openssh-server passwd";

    private readonly Lazy<string> _folder;
    private TempFolder? _made;

    public RebuiltRpms() => _folder = new Lazy<string>(() => Environment.GetEnvironmentVariable("EZ_BENCH_RPMS") is { Length: > 0 } named ? named : Make());

    public string KeyFile => At("RPM-GPG-KEY-test");

    /// <param name="number">Of a snapshot, from 0.</param>
    public string Snapshot(int number) => At(number == 0 ? "v1" : "v2");

    public void Dispose() => _made?.Dispose();

    private string At(string name) => Path.Combine(_folder.Value, name);

    private string Make()
    {
        var script = Path.Combine(Requires.Shared(), "tools", "make-rpm-repo.sh");
        Requires.HostMirror();
        _made = new TempFolder();
        var folder = _made.At("rpms");
        ToolRun.Run(new ToolCommand("bash", script, folder, Packages) { Timeout = TimeSpan.FromMinutes(30) }).Succeed();
        ToolRun.Run("gpgconf", "--homedir", Path.Combine(folder, "gnupg"), "--kill", "all");
        return folder;
    }
}
