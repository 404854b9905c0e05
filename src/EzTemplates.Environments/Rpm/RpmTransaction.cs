using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>A package of a transaction.</summary>
/// <param name="Name">As traces name it: <c>nginx:x86_64</c>.</param>
/// <param name="Head">Its file without the payload.</param>
public sealed record TransactionPackage(string Name, byte[] Head);

/// <summary>
/// Runs the scriptlets of packages whose files are laid already, with librpm in the sandbox (<see cref="RpmProgram"/>). What it needs of the host
/// is copied into a folder that shows in the sandbox, and nothing else of the host does.
/// </summary>
public sealed class RpmTransaction
{
    private const string Place = "/run/.ez-rpm";
    private const string LibraryFolder = "lib";
    private const string LoaderName = "loader";
    private const string ProgramName = "transaction";
    private const string SettingsFolder = "settings";
    private const string PackageFolder = "packages";
    private const UnixFileMode Runnable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _folder;
    private readonly ImmutableArray<string> _command;

    private RpmTransaction(string folder, ImmutableArray<string> command) => (_folder, _command) = (folder, command);

    /// <summary>What is to show in the sandbox.</summary>
    public BindMount Bind => new(_folder, TreePath.Parse(Place), BindAccess.ReadOnly);

    /// <param name="folder">Empty, of unfinished work.</param>
    /// <param name="macros">Lines of rpm's macro language, which come after librpm's own.</param>
    public static RpmTransaction Prepare(string folder, LibrpmSource source, string macros, ImmutableArray<TransactionPackage> packages)
    {
        ArgumentNullException.ThrowIfNull(folder);
        foreach (var part in (string[])[LibraryFolder, $"{SettingsFolder}/lua", PackageFolder])
        {
            Directory.CreateDirectory(Path.Combine(folder, part));
        }

        var (version, start) = source switch
        {
            LibrpmSource.Tree tree => (tree.Version, LayTrees(folder, tree)),
            LibrpmSource.Host host => (host.Found.Version, LayHosts(folder, host.Found)),
            _ => throw new ArgumentOutOfRangeException(nameof(source)),
        };
        File.AppendAllText(Path.Combine(folder, SettingsFolder, "macros"), "\n" + macros);
        File.WriteAllBytes(Path.Combine(folder, ProgramName), RpmProgram.Executable(HostLibrpm.NamesOf(version)));
        foreach (var package in packages)
        {
            File.WriteAllBytes(Path.Combine(folder, PackageFolder, package.Name), package.Head);
        }

        return new RpmTransaction(folder, [.. start, $"{Place}/{ProgramName}", .. packages.Select(package => RpmProgram.Packages + package.Name)]);
    }

    /// <param name="variables">For the scripts.</param>
    public ConfigureStep Step(IEnumerable<KeyValuePair<string, string>> variables) => new("rpm's transaction", _command)
    {
        Scripts = new StepScripts.Told(),
        Variables = [.. variables, new("RPM_CONFIGDIR", $"{Place}/{SettingsFolder}")],
    };

    /// <summary>Settings belong to the librpm that reads them; the tree's /etc/rpm counts in either case.</summary>
    private static ImmutableArray<string> LayHosts(string folder, HostLibrpm rpm)
    {
        Copy(rpm.Loader, Path.Combine(folder, LoaderName));
        foreach (var (name, path) in rpm.Libraries)
        {
            Copy(path, Path.Combine(folder, LibraryFolder, name));
        }

        var lua = Path.Combine(rpm.Settings, "lua");
        IEnumerable<string> names = ["rpmrc", "macros", .. Directory.Exists(lua) ? Directory.EnumerateFiles(lua).Where(File.Exists).Select(file => "lua/" + Path.GetFileName(file)) : []];
        foreach (var name in names)
        {
            File.WriteAllBytes(Path.Combine(folder, SettingsFolder, name), File.ReadAllBytes(Path.Combine(rpm.Settings, name)));
        }

        return [$"{Place}/{LoaderName}", "--library-path", $"{Place}/{LibraryFolder}"];
    }

    private static ImmutableArray<string> LayTrees(string folder, LibrpmSource.Tree tree)
    {
        foreach (var (name, content) in tree.Settings)
        {
            File.WriteAllBytes(Path.Combine(folder, SettingsFolder, name), content);
        }

        return [HostLibrpm.LoaderPath, "--library-path", tree.Folder.ToString()];
    }

    private static void Copy(string from, string to)
    {
        File.Copy(from, to);
        File.SetUnixFileMode(to, Runnable);
    }
}
