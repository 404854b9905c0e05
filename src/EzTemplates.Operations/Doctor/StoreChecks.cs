using System.Globalization;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Operations;

/// <summary>The store's folder: whose it is, and that nobody else can enter it.</summary>
internal static class StoreChecks
{
    private const int OwnerOnly = 0b111_000_000;

    public static DoctorFinding Run(Examination at) => ExamineHost.Guarded("store", () =>
    {
        var root = at.Layout.Root;
        if (Libc.TryStatus(null, root) is not { } status)
        {
            return DoctorFinding.Ok("store", $"`{root}` is not there yet; the first command makes it");
        }

        if (status.Uid != Libc.EffectiveUserId)
        {
            return DoctorFinding.Problem(
                "store",
                string.Create(CultureInfo.InvariantCulture, $"`{root}` belongs to user {status.Uid}, not to {Libc.EffectiveUserId}"),
                "run as its owner, or choose a store of your own with --store DIR");
        }

        // Before it is opened: that mends the mode unasked.
        if (status.Mode != OwnerOnly && !at.Request.Fix)
        {
            return DoctorFinding.Problem("store", $"`{root}` has mode {Octal(status.Mode)}: others reach set-id files of templates in it", "ez doctor --fix");
        }

        ContentStore.Check(at.Layout);
        return status.Mode == OwnerOnly
            ? DoctorFinding.Ok("store", $"`{root}` has mode 700")
            : DoctorFinding.MendedNow("store", $"`{root}` had mode {Octal(status.Mode)}, and has 700 now");
    });

    private static string Octal(int mode) => Convert.ToString(mode, 8);
}
