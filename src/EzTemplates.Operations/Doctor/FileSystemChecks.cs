using EzTemplates.Store.Native;

namespace EzTemplates.Operations;

/// <summary>What the file system that has the store can, by trying it.</summary>
internal static class FileSystemChecks
{
    private const long Little = 1L << 30;
    private const int OwnerOnly = 0b110_000_000;
    private const string Own = "choose a store of your own with --store DIR";
    private const string Advice = "a store on ext4, xfs or btrfs: --store DIR";

    public static IEnumerable<DoctorFinding> Run(Examination at)
    {
        yield return ExamineHost.Guarded("file-system", () => Space(at.Ground));
        using var probe = ProbeFolder.TryMake(at.Ground);
        if (probe is null)
        {
            yield return NoProbe("writing", at.Ground);
            yield break;
        }

        var writing = ExamineHost.Guarded("writing", () => Write(probe, at.Ground));
        yield return writing;
        if (writing.Verdict != "ok")
        {
            yield break;
        }

        yield return ExamineHost.Guarded("clones", () => Clones(probe));
        yield return ExamineHost.Guarded("entry-types", () => EntryTypes(probe));
        yield return ExamineHost.Guarded("attributes", () => Attributes(probe));
    }

    /// <summary>Why there is no <see cref="ProbeFolder"/>.</summary>
    public static DoctorFinding NoProbe(string check, string ground) => OwnGround.Is(ground)
        ? DoctorFinding.Problem(check, $"`{ground}` cannot be written", Own)
        : DoctorFinding.Warning(check, $"not tried: other users can change what is in `{ground}`, or above it", Own);

    private static DoctorFinding Write(ProbeFolder probe, string ground)
    {
        File.WriteAllBytes(probe.At("file"), new byte[65536]);
        return DoctorFinding.Ok("writing", $"`{ground}` can be written");
    }

    private static DoctorFinding Space(string ground)
    {
        var drive = new DriveInfo(ground);
        var found = $"{drive.DriveFormat} with {drive.AvailableFreeSpace >> 20} MiB free has `{ground}`";
        return drive.AvailableFreeSpace < Little
            ? DoctorFinding.Warning("file-system", found, "an OS template takes several hundred MB: free space, or a store elsewhere with --store DIR")
            : DoctorFinding.Ok("file-system", found);
    }

    /// <summary>Views need none; copies of environments are cheap by it.</summary>
    private static DoctorFinding Clones(ProbeFolder probe)
    {
        using var source = Libc.Open(null, probe.At("file"), OpenFlags.Read);
        using var target = Libc.Open(null, probe.At("clone"), OpenFlags.Write | OpenFlags.Create, OwnerOnly);
        return DoctorFinding.Ok("clones", Libc.TryClone(source, target) ? "files can share blocks" : "files cannot share blocks: a copy takes its full size (btrfs, and xfs with reflink, can)");
    }

    private static DoctorFinding EntryTypes(ProbeFolder probe)
    {
        using var folder = Libc.OpenFolder(null, probe.Root);
        return Libc.TellsTypes(folder)
            ? DoctorFinding.Ok("entry-types", "folders tell what is in them")
            : DoctorFinding.Problem("entry-types", "folders do not tell what is in them (d_type), and overlayfs refuses such", "xfs: make it again with ftype=1; or " + Advice);
    }

    private static DoctorFinding Attributes(ProbeFolder probe)
    {
        var name = Environment.IsPrivilegedProcess ? "trusted" : "user";
        try
        {
            Libc.SetXattr(null, probe.At("file"), name + ".overlay.redirect", "/.ez-objects/ab/cd"u8);
            return DoctorFinding.Ok("attributes", $"files take {name}.* attributes");
        }
        catch (Store.StoreException failure)
        {
            return DoctorFinding.Problem("attributes", $"files take no {name}.* attributes, which views are made of: {failure.Message}", Advice);
        }
    }
}
