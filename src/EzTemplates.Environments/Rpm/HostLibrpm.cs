using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;

namespace EzTemplates.Environments;

/// <summary>This host's librpm with all that it is linked to, found by the host's own dynamic loader.</summary>
/// <param name="Version">Of its interface: <c>9</c> in librpm.so.9.</param>
/// <param name="Loader">The dynamic loader's file.</param>
/// <param name="Libraries">The files, by the names under which programs ask for them.</param>
/// <param name="Settings">The folder of librpm's own configuration.</param>
internal sealed record HostLibrpm(string Version, string Loader, ImmutableArray<(string Name, string Path)> Libraries, string Settings)
{
    /// <summary>Where every program of this architecture looks for its dynamic loader.</summary>
    public const string LoaderPath = "/lib64/ld-linux-x86-64.so.2";
    private const string SettingsPath = "/usr/lib/rpm";
    private const string Sqlite = "libsqlite3.so.";

    // It only opens files; one that waits for a disk which is away is none that can be used.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly string[] Needed = ["rpmrc", "macros"];

    /// <summary>Whether it knows SQLite, in which its database is wanted: distributions whose rpm keeps another form build it without (openSUSE).</summary>
    public bool WritesSqlite => Libraries.Any(library => library.Name.StartsWith(Sqlite, StringComparison.Ordinal));

    /// <param name="folder">Of unfinished work; a program is made there to ask the loader what it would load for it.</param>
    /// <returns>Null where there is none.</returns>
    public static HostLibrpm? Find(string folder)
    {
        if (!File.Exists(LoaderPath) || !Array.TrueForAll(Needed, name => File.Exists(Path.Combine(SettingsPath, name))))
        {
            return null;
        }

        return LibrpmSource.Versions.Select(version => TryVersion(version, Path.Combine(folder, "ask-" + version))).FirstOrDefault(found => found is not null);
    }

    public static string[] NamesOf(string version) => [$"librpm.so.{version}", $"librpmio.so.{version}"];

    private static HostLibrpm? TryVersion(string version, string program)
    {
        File.WriteAllBytes(program, RpmProgram.Executable(NamesOf(version)));
        try
        {
            var start = new ProcessStartInfo(LoaderPath, ["--list", program]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using var process = Process.Start(start)!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            if (!process.WaitForExit(Patience))
            {
                process.Kill();
                return null;
            }

            var listed = output.Result;
            _ = errors.Result;
            return process.ExitCode == 0 && !listed.Contains("not found", StringComparison.Ordinal) ? new HostLibrpm(version, LoaderPath, Read(listed), SettingsPath) : null;
        }
        catch (Win32Exception)
        {
            // It is no loader that can be asked.
            return null;
        }
        finally
        {
            File.Delete(program);
        }
    }

    /// <summary>Lines such as <c>librpm.so.9 => /lib/librpm.so.9 (0x0000700000000000)</c>; the kernel's own and the loader have no arrow.</summary>
    private static ImmutableArray<(string Name, string Path)> Read(string listed) =>
    [
        .. listed.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Where(words => words is [_, "=>", ['/', ..], ..])
            .Select(words => (words[0], words[2])),
    ];
}
