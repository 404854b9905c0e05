using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Environments;
using EzTemplates.Formats.Recipes;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <param name="From">A file, a variable, an option, or <c>default</c>.</param>
public sealed record ConfigRow(string Setting, string Value, string From);

public sealed record ConfigReport(IReadOnlyList<ConfigRow> Settings) : Report("ez.config/1");

/// <summary><c>ez config show</c>: what this machine sets, and where. Opens no store.</summary>
public static class ShowConfiguration
{
    /// <param name="storeFrom">Where the store's root was named; null: nowhere.</param>
    public static ConfigReport Run(WorkspaceOptions options, string? storeFrom)
    {
        var file = FileOf(options.HostRoot);
        var config = Read(file);
        var (form, layer) = View(options);
        return new ConfigReport(
        [
            new("store", options.StoreRoot ?? StoreLayout.DefaultRoot, storeFrom ?? "default"),
            new("host root", options.HostRoot, options.HostRoot == "/" ? "default" : "EZ_HOST_ROOT"),
            new("view form", form, options.ForcedForm is null ? "this kernel" : EnvironmentHost.FormVariable),
            new("view layer", layer, options.ForcedLayer is null ? "this kernel" : EnvironmentHost.LayerVariable),
            new("configuration", file, File.Exists(file) ? "read" : "not there"),
            .. config.Mirrors.Select(mirror => new ConfigRow(string.Create(CultureInfo.InvariantCulture, $"mirrors.{mirror.Key}"), string.Join(' ', mirror.Value), file)),
            new("archives.quota", string.Create(CultureInfo.InvariantCulture, $"{config.ArchiveQuota ?? GarbageRules.DefaultArchiveQuota}"), config.ArchiveQuota is null ? "default" : file),
            .. Scripts(config.Scripts, file),
        ]);
    }

    private static IEnumerable<ConfigRow> Scripts(ScriptAllowance allowed, string file)
    {
        var limits = ConfigureLimits.Of(allowed);
        ConfigRow Row(string key, FormattableString value, bool isSet) => new($"scripts.{key}", FormattableString.Invariant(value), isSet ? file : "default");
        return
        [
            Row("time", $"{limits.Time.TotalSeconds}s", allowed.Time is not null),
            Row("disk", $"{limits.Size}", allowed.Disk is not null),
            Row("memory", $"{limits.Memory}", allowed.Memory is not null),
            Row("processes", $"{limits.Processes}", allowed.Processes is not null),
        ];
    }

    /// <summary>Of a new store of this user's.</summary>
    private static (string Form, string Layer) View(WorkspaceOptions options)
    {
        var asked = ViewForms.Parse(options.ForcedForm);
        try
        {
            var layer = ViewForms.LayerOfThisKernel(StoreIds.OfThisUser(), LayerKinds.Parse(options.ForcedLayer));
            return (ViewForms.NameOf(ViewForms.OfThisKernel(layer, asked)), LayerKinds.NameOf(layer));
        }
        catch (EzException tooOld) when (tooOld.Kind == FailureKind.Environment)
        {
            return (asked is { } form ? ViewForms.NameOf(form) : "none", "none");
        }
    }

    /// <summary>An ordinary user's own, also where he is root of his store's namespaces, where there is one, else the machine's.</summary>
    internal static string FileOf(string hostRoot)
    {
        var machine = Path.Combine(hostRoot, "etc/ez/config.yaml");
        if (System.Environment.IsPrivilegedProcess && NamespaceMark.Current is null)
        {
            return machine;
        }

        var folder = System.Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is ['/', ..] set
            ? set
            : Path.Combine(System.Environment.GetEnvironmentVariable("HOME") ?? "/", ".config");
        var own = Path.Combine(folder, "ez/config.yaml");
        return File.Exists(own) ? own : machine;
    }

    internal static MachineConfig Read(string file) => File.Exists(file) ? MachineConfigYaml.Read(File.ReadAllText(file), file) : MachineConfig.Empty;
}
