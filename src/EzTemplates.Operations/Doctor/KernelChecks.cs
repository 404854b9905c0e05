using EzTemplates.Domain;
using EzTemplates.Environments;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>What the kernel can.</summary>
internal static class KernelChecks
{
    private static readonly System.Version OverlayForUsers = new(6, 16);
    private static readonly System.Version ImageFromFile = new(6, 12);

    private static bool IsRoot => Environment.IsPrivilegedProcess;

    public static DoctorFinding Version() => ExamineHost.Guarded("kernel", () =>
    {
        var kernel = Environment.OSVersion.Version;
        try
        {
            var layer = ViewForms.LayerFor(IsRoot ? StoreIds.OfRoot : new StoreIds.One(), kernel);
            var form = $"Linux {kernel}: views of the form `{ViewForms.NameOf(ViewForms.OfThisKernel(layer))}` over {LayerKinds.NameOf(layer)} layers";
            return layer == LayerKind.Copy
                ? DoctorFinding.Warning("kernel", $"{form}: each version's files are copied once more, cloned where the file system can", $"boot Linux {(IsRoot ? "4.19" : "6.16")} or newer to share them")
                : DoctorFinding.Ok("kernel", form);
        }
        catch (EzException tooOld)
        {
            return DoctorFinding.Problem("kernel", tooOld.Message, tooOld.Hint);
        }
    });

    /// <summary>Mounts a view of one file, in namespaces of its own, on the file system that has the store.</summary>
    public static DoctorFinding Overlay(Examination at) => ExamineHost.Guarded("overlay", () =>
    {
        using var probe = ProbeFolder.TryMake(at.Ground);
        if (probe is null)
        {
            return FileSystemChecks.NoProbe("overlay", at.Ground) with { Verdict = "warning" };
        }

        foreach (var part in (string[])["lower", "data", "upper", "work", "root"])
        {
            Directory.CreateDirectory(probe.At(part));
        }

        var layers = $"{(Environment.OSVersion.Version >= OverlayForUsers ? "lowerdir=lower::data" : "lowerdir=lower:data")},upperdir=upper,workdir=work";
        string[] mount = ["mount", "-t", "overlay", "overlay", "-o", IsRoot ? layers : layers + ",userxattr", "root"];
        var failure = HostCommand.Failure(probe.Root, IsRoot ? ["unshare", "--mount", .. mount] : ["unshare", "--user", "--map-root-user", "--mount", .. mount]);
        return failure is null
            ? DoctorFinding.Ok("overlay", $"an overlay can be mounted below `{at.Ground}`")
            : DoctorFinding.Problem("overlay", $"no overlay can be mounted below `{at.Ground}`: {failure}", "modprobe overlay; or a store on ext4, xfs or btrfs: --store DIR");
    });

    public static DoctorFinding Images() => ExamineHost.Guarded("images", () =>
    {
        var (kernel, known) = (Environment.OSVersion.Version, File.ReadAllText("/proc/filesystems").Contains("\terofs\n", StringComparison.Ordinal));
        return (IsRoot, known, kernel >= ImageFromFile) switch
        {
            (false, _, _) => DoctorFinding.Ok("images", "only root may mount EROFS images; other layers take their place"),
            (_, false, _) => DoctorFinding.Warning("images", "this kernel shows no EROFS now; metadata trees take its place", "modprobe erofs"),
            (_, _, false) => DoctorFinding.Ok("images", $"EROFS is there, and from a file since Linux {ImageFromFile}; this is {kernel}"),
            _ => DoctorFinding.Ok("images", "EROFS, and from a file"),
        };
    });

    /// <summary>For an ordinary user, a must; root has no use for them.</summary>
    public static DoctorFinding Namespaces() => ExamineHost.Guarded("user-namespaces", () =>
    {
        var forbidden = UserNamespaces.Forbidden();
        var why = forbidden?.Why ?? HostCommand.Failure("/", "unshare", "--user", "--mount", "true");
        var hint = forbidden?.Hint ?? "run as root, in a store of root's";
        return why switch
        {
            null => DoctorFinding.Ok("user-namespaces", "can be made"),
            _ when IsRoot => DoctorFinding.Warning("user-namespaces", $"ordinary users can have no environments: {why}", hint),
            _ => DoctorFinding.Problem("user-namespaces", $"cannot be made: {why}", hint),
        };
    });
}
